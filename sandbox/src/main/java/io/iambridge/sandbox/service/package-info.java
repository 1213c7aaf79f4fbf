/**
 * What the emulators of AWS's services have in common: a listener that can go down and come back,
 * and what goes wrong on purpose.
 */
@NullMarked
package io.iambridge.sandbox.service;

import org.jspecify.annotations.NullMarked;

/** Our own kinds of Kubernetes objects: status only, from which their definitions are generated. */
@NullMarked
package io.iambridge.server.crd;

import org.jspecify.annotations.NullMarked;

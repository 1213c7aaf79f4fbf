package io.iambridge.common.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a picocli option that is accepted so that a kiam command line starts unchanged, but does
 * nothing here. {@link Program#noEffectWarnings} turns each one that was given into a line for the
 * log.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface NoEffect {
  /** Why it has no effect, as the end of the sentence "--flag has no effect: …". */
  String value();
}

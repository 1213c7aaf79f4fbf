package io.iambridge.sandbox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Makes random histories: the same one for the same seed. */
final class Histories {
  private static final Operation.Kind[] DRAW =
      Arrays.stream(Operation.Kind.values())
          .flatMap(kind -> java.util.Collections.nCopies(kind.weight, kind).stream())
          .toArray(Operation.Kind[]::new);

  private static final int MOST = 1_000;

  private Histories() {}

  static List<Operation> of(long seed, int steps) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Operation> operations = new ArrayList<>(steps);
    for (int i = 0; i < steps; i++) {
      operations.add(
          new Operation(
              DRAW[random.nextInt(DRAW.length)],
              random.nextInt(MOST),
              random.nextInt(MOST),
              random.nextInt(MOST)));
    }
    return operations;
  }
}

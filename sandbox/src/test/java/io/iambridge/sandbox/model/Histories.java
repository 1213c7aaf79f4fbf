package io.iambridge.sandbox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Makes random histories: the same one for the same seed. */
final class Histories {
  private static final Operation.Kind[] DRAW =
      Arrays.stream(Operation.Kind.values())
          .flatMap(kind -> Collections.nCopies(kind.weight, kind).stream())
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

  /** One in which whatever happens is known to everybody before the next thing happens. */
  static List<Operation> withoutDelay(long seed, int steps) {
    return of(seed, steps).stream().map(Histories::withoutDelay).toList();
  }

  private static Operation withoutDelay(Operation operation) {
    int c = operation.c();
    return switch (operation.kind()) {
      case LATE, HOLD, CUT, RESTART_SERVER ->
          new Operation(Operation.Kind.PASS, operation.a(), operation.b(), c);
      // The kubelet tells the API at once.
      case START, END ->
          new Operation(operation.kind(), operation.a(), operation.b(), c - c % 3 + 1);
      case LABEL_NAMESPACE ->
          new Operation(operation.kind(), operation.a(), operation.b(), c - c % 2);
      case RESTART_SANDBOX ->
          new Operation(operation.kind(), operation.a(), operation.b(), c - c % 3);
      default -> operation;
    };
  }
}

package io.iambridge.agent.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.iambridge.agent.neighbours.Neighbour.Link;
import io.iambridge.agent.neighbours.Neighbours.Events;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.7");
  private static final Neighbour FORMER = new Neighbour(A, new Link(1, "x"));
  private static final Neighbour LATTER = new Neighbour(A, new Link(2, "y"));

  private final Deque<Object> socket = new ArrayDeque<>();
  private final List<Neighbour> kernel = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private boolean dumpFails;
  private boolean noEvents;
  private boolean closed;

  private final Neighbours neighbours =
      new Neighbours(
          new Neighbours.Source() {
            @Override
            public Events events() throws IOException {
              if (noEvents) {
                throw new IOException("it is not Linux");
              }
              return new Socket();
            }

            @Override
            public void dump(Consumer<List<Neighbour>> found) throws IOException {
              heard.add("dump");
              if (dumpFails) {
                throw new IOException("the kernel did not answer in time");
              }
              found.accept(List.copyOf(kernel));
            }
          });

  /** What is on it: a neighbour, LOST, or an exception. */
  private final class Socket implements Events {
    @Override
    public Taken take(Consumer<Neighbour> found) throws IOException {
      return switch (socket.poll()) {
        case null -> Taken.NONE;
        case Neighbour neighbour -> {
          found.accept(neighbour);
          yield Taken.SOME;
        }
        case IOException failure -> throw failure;
        default -> Taken.LOST;
      };
    }

    @Override
    public void await(Duration patience) {}

    @Override
    public void close() {
      closed = true;
    }
  }

  private void open() throws InterruptedException {
    neighbours.listen(
        new Neighbours.Listener() {
          @Override
          public void changed(InetAddress address) {
            heard.add("changed " + address.getHostAddress());
          }

          @Override
          public void settledAgain() {
            heard.add("settled");
          }
        });
    assertThat(neighbours.open()).isTrue();
    neighbours.work();
    heard.clear();
  }

  @Test
  void whatIsThereAtTheStartIsReadAndNobodyWaitsForIt() throws Exception {
    kernel.add(FORMER);
    assertThat(neighbours.settled()).isTrue();
    open();
    socket.add(LATTER);
    neighbours.catchUp();
    assertThat(neighbours.stamp(A)).isNotZero();
    assertThat(neighbours.settled()).isTrue();
    assertThat(heard).containsExactly("changed 10.0.0.7");
  }

  @Test
  void nothingIsSettledFromALossUntilEverythingHasBeenReadAnew() throws Exception {
    open();
    socket.add(FORMER);
    socket.add("lost");
    neighbours.catchUp();
    assertThat(neighbours.settled()).isFalse();

    kernel.add(LATTER);
    neighbours.work();
    assertThat(neighbours.stamp(A)).isNotZero();
    neighbours.work();
    assertThat(neighbours.settled()).isTrue();
    assertThat(heard).containsExactly("dump", "changed 10.0.0.7", "settled");
  }

  @Test
  void lossDuringTheReadingNeedsAnotherOne() throws Exception {
    open();
    socket.add("lost");
    neighbours.work();
    socket.add("lost");
    neighbours.work();
    assertThat(neighbours.settled()).isFalse();
    neighbours.work();
    assertThat(neighbours.settled()).isTrue();
    assertThat(heard).containsExactly("dump", "dump", "settled");
  }

  @Test
  void nobodyWaitsForEverForWhatCannotBeRead() throws Exception {
    open();
    dumpFails = true;
    socket.add("lost");
    neighbours.work();
    neighbours.work();
    assertThat(neighbours.settled()).isTrue();
    assertThat(heard).containsExactly("dump", "dump", "dump", "settled");
  }

  @Test
  void eventLoopTakesABoundedPartAndTheRestIsAwaited() throws Exception {
    open();
    for (int i = 0; i < 2 * Neighbours.MOST_ON_EVENT_LOOP; i++) {
      socket.add(FORMER);
    }
    neighbours.catchUp();
    assertThat(socket).hasSize(Neighbours.MOST_ON_EVENT_LOOP);
    assertThat(neighbours.settled()).isFalse();
    neighbours.work();
    assertThat(neighbours.settled()).isTrue();
    assertThat(heard).containsExactly("settled");
  }

  @Test
  void socketThatFailsIsGivenUpAndNothingChangesAnyMore() throws Exception {
    kernel.add(FORMER);
    open();
    socket.add(new IOException("broken"));
    socket.add(new IOException("broken"));
    neighbours.catchUp();
    assertThat(neighbours.settled()).isFalse();
    assertThat(neighbours.work()).isFalse();
    assertThat(closed).isTrue();
    assertThat(neighbours.settled()).isTrue();
    socket.add(LATTER);
    neighbours.catchUp();
    assertThat(neighbours.stamp(A)).isZero();
  }

  @Test
  void whereTheKernelTellsNothingNothingIsEverChanged() throws Exception {
    noEvents = true;
    assertThat(neighbours.open()).isFalse();
    neighbours.catchUp();
    assertThat(neighbours.settled()).isTrue();
    assertThat(neighbours.stamp(A)).isZero();
  }

  @Test
  void thisMachinesKernelCanBeAsked() {
    assertThatCode(
            () -> {
              try (Neighbours real = new Neighbours()) {
                if (real.open()) {
                  real.work();
                  real.catchUp();
                }
                assertThat(real.settled()).isTrue();
                assertThat(real.stamp(A)).isZero();
              }
            })
        .doesNotThrowAnyException();
  }
}

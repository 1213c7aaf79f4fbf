package io.iambridge.sandbox.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** The one thing of Linux that the JDK has no name for: moving a thread to another network. */
@SuppressWarnings("restricted") // Native access is what this class is for.
final class Kernel {
  /** From linux/sched.h. */
  private static final int CLONE_NEWNET = 0x40000000;

  /** O_RDONLY | O_CLOEXEC. */
  private static final int READ_AND_CLOSE_ON_EXEC = 0x80000;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      function("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle CLOSE = function("close", ValueLayout.JAVA_INT);
  private static final MethodHandle SETNS =
      function("setns", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  private Kernel() {}

  private static MethodHandle function(String name, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters);
    // open(2) takes its mode as a variable argument, which is not passed here.
    Linker.Option[] options =
        name.equals("open")
            ? new Linker.Option[] {
              Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2)
            }
            : new Linker.Option[] {Linker.Option.captureCallState("errno")};
    return linker.downcallHandle(library.findOrThrow(name), descriptor, options);
  }

  /**
   * Moves the calling thread, a platform thread that ends soon, into a network namespace: sockets
   * that it makes from now on are there. There is no way back.
   */
  static void moveThisThreadInto(Path namespace) {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a virtual thread's carrier would stay in the namespace");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment path = arena.allocateFrom(namespace.toString());
      int file = (int) OPEN.invokeExact(state, path, READ_AND_CLOSE_ON_EXEC);
      if (file < 0) {
        throw new LabException("cannot open " + namespace + ": errno " + errno(state));
      }
      int moved = (int) SETNS.invokeExact(state, file, CLONE_NEWNET);
      int errno = errno(state);
      int _ = (int) CLOSE.invokeExact(state, file);
      if (moved != 0) {
        throw new LabException("cannot enter " + namespace + ": errno " + errno);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }
}

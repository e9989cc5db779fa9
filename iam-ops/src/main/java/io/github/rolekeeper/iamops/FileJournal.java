package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** One JSON file for each instance, replaced as a whole. */
final class FileJournal implements Journal {
  // A file lock is the process's, not the thread's: the threads of this one queue here first.
  private static final ReentrantLock THREADS = new ReentrantLock();

  private final Path directory;

  FileJournal(Path directory) {
    this.directory = Objects.requireNonNull(directory, "directory");
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw failed("cannot make the journal's directory " + directory, e);
    }
  }

  @Override
  public Optional<JournalEntry> read(InstanceId instance) {
    Path file = file(instance);
    byte[] json;
    try {
      json = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("cannot read " + file, e);
    }
    try {
      JournalEntry entry = JournalJson.read(json);
      if (!entry.instance().equals(instance)) {
        throw new IOException("it is the entry of " + entry.instance());
      }
      return Optional.of(entry);
    } catch (IOException | IllegalArgumentException e) {
      throw new JournalException(
          "journal file "
              + file
              + " is damaged: "
              + e.getMessage()
              + ". It may say that instance "
              + instance
              + " was stopped by a repair or lacks its association: look at the instance, put that"
              + " right by hand, then delete the file",
          e);
    }
  }

  @Override
  public boolean put(JournalEntry entry) {
    THREADS.lock();
    try (FileChannel locks =
            FileChannel.open(
                directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = locks.lock()) {
      if (!lock.isValid() || !entry.succeeds(read(entry.instance()))) {
        return false;
      }
      replace(file(entry.instance()), JournalJson.write(entry));
      return true;
    } catch (IOException e) {
      throw failed("cannot write the journal entry of " + entry.instance() + " in " + directory, e);
    } finally {
      THREADS.unlock();
    }
  }

  private void replace(Path file, byte[] json) throws IOException {
    // One name is enough: only the holder of the lock writes, and what a dead one left is cut off.
    Path next = directory.resolve(file.getFileName() + ".next");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap(json);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      // Windows opens no directories; its rename is durable as the file system's journal is.
      return;
    }
  }

  private Path file(InstanceId instance) {
    return directory.resolve(instance + ".json");
  }

  private static JournalException failed(String what, IOException cause) {
    return new JournalException(
        what + ": " + cause + ". Check that the directory exists and may be written", cause);
  }
}

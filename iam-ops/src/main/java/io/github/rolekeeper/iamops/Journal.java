package io.github.rolekeeper.iamops;

import io.github.rolekeeper.core.InstanceId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Remembers what AWS forgets while a repair is under way: which association, profile and role were
 * taken from an instance, and that <em>we</em> stopped it. One entry for each instance, the latest;
 * the repair writes its intent before each call and what came of it afterwards. A run that died can
 * then be resumed by another process.
 *
 * <p>An implementation stores an entry only over the version that it succeeds, so that two
 * processes do not lose each other's. In DynamoDB, with the instance's id as the key, that is
 *
 * <pre>{@code
 * PutItem  Item: {instance, version, …}
 *          ConditionExpression: attribute_not_exists(instance) OR version = :previous
 *          :previous = entry.version() - 1
 * }</pre>
 *
 * <p>where {@code ConditionalCheckFailedException} is the answer {@code false}, and {@link #read} a
 * {@code GetItem} with {@code ConsistentRead}. {@code JournalContract} in the package {@code
 * journaltest} checks any implementation.
 *
 * <p>The intent to stop an instance is written before the call, and a process may die between the
 * two. So an instance that is down is taken for one that a repair has stopped only if AWS accepted
 * the call, or EC2 says in {@code StateTransitionReason} that it was stopped by the API and no
 * later than a minute after the intent; and if it was not started since. Within that minute only
 * CloudTrail tells who did it, by the plan's id in the user agent: see {@link StopHistory}. What
 * somebody else has stopped is not started, and the plan says so.
 *
 * <p>Runs that share a journal stop an instance once: the intent to stop or to start it is a claim,
 * stored over the version that was read before AWS was looked at, and others wait while it is
 * younger than a minute. Then its owner is taken for dead, and the next one takes over; an instance
 * that a repair has stopped may be started by any of them at once. AWS itself knows no precondition
 * for the two calls, so an owner that sleeps for longer than that between its intent and its call,
 * or runs that share no journal, may stop the instance a second time; it is started again all the
 * same.
 *
 * <p>Implementations are thread-safe. Entries hold no secret.
 */
public interface Journal {
  /**
   * The latest entry of an instance. What {@link #put} has confirmed must be seen.
   *
   * @param instance whose
   * @return the entry; empty if there is none
   * @throws JournalException if it cannot be read; a repair then does not begin
   */
  Optional<JournalEntry> read(InstanceId instance);

  /**
   * Stores an entry, if it succeeds the stored one: a stored entry must have the version before,
   * and version 1 needs that there is none. When this returns true the entry is durable, as far as
   * the journal is.
   *
   * @param entry the new latest entry of its instance
   * @return true if it was stored; false if another one was stored meanwhile and nothing was
   *     changed
   * @throws JournalException if it cannot be stored; a repair then makes no call that would take
   *     something from the instance
   */
  boolean put(JournalEntry entry);

  /**
   * Whether what is stored is still there when this process has died. Only then a repair stops an
   * instance, or ends the association of a stopped one to make another.
   *
   * @return true by default
   */
  default boolean outlivesProcess() {
    return true;
  }

  /**
   * A journal that lasts as long as the object: enough for a run that fails and is repeated in the
   * same process, not for a process that dies.
   *
   * @return an empty journal
   */
  static Journal inMemory() {
    return new MemoryJournal();
  }

  /**
   * A journal of one JSON file for each instance. Entries are written beside the old one, flushed
   * to the device and renamed, so a process killed in the middle of it leaves the old entry or the
   * new one. Several processes may use one directory if its file system has locks; on a disk that
   * outlives the process, and not on the instance under repair, which may be stopped.
   *
   * @param directory where the files are; made if it is missing
   * @return the journal
   * @throws JournalException if the directory cannot be made
   */
  static Journal inDirectory(Path directory) {
    return new FileJournal(directory);
  }

  /**
   * No journal: a run that died between two calls of a pair leaves no trace of what it owes, and an
   * instance that it stopped stays down until somebody starts it.
   *
   * @return a journal that stores nothing
   */
  static Journal none() {
    return NoJournal.INSTANCE;
  }
}

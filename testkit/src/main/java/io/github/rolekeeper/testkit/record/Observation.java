package io.github.rolekeeper.testkit.record;

/**
 * One command of the record and its answer.
 *
 * @param row the number of the row, from 1; a row may have several observations
 * @param moment what had happened before, in a few words
 * @param command the command as {@link OperatorShell#run(String)} takes it
 * @param verbatim whether the answer stands in the record as recorded; else the record tells it in
 *     words
 * @param json whether the answer is compared as a JSON value; else as text, in which runs of white
 *     space count as one
 * @param expected the answer, with {@code [[name]]} where the record masks an id
 */
public record Observation(
    int row, String moment, String command, boolean verbatim, boolean json, String expected) {}

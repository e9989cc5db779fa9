package io.github.rolekeeper.iamops;

/**
 * One fact that a finding rests on.
 *
 * @param call the AWS API's name, or the path of the metadata
 * @param field what was looked at in the answer
 * @param seen its value
 * @param expected what it would be on a healthy instance
 */
public record Evidence(String call, String field, String seen, String expected) {}

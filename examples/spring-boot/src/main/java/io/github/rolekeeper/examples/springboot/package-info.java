/** Health and metrics of the credentials in a Spring Boot application. */
@NullMarked
package io.github.rolekeeper.examples.springboot;

import org.jspecify.annotations.NullMarked;

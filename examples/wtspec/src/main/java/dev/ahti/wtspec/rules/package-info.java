/** The rules of the drafts, numbered: what a report gives its verdicts on. */
@NullMarked
package dev.ahti.wtspec.rules;

import org.jspecify.annotations.NullMarked;

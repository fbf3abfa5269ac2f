/**
 * The workloads on our public API and nothing else of ours, as an application would write them:
 * each bidirectional stream is one flow, run by the session's own materializer. Start with {@link
 * dev.ahti.bench.ahti.AhtiSide}.
 */
@NullMarked
package dev.ahti.bench.ahti;

import org.jspecify.annotations.NullMarked;

/**
 * A run's record on disk: {@code run.json}, {@code samples.jsonl}, {@code events.jsonl} and {@code times.hlog} in a folder of its own,
 * as docs/RUNS.md describes it; written as the run goes on, read again afterwards, and removed when there are too many. Used by
 * {@code api}, which samples, and by whatever shows, compares or checks a run.
 */
@NullMarked
package io.connscale.run;

import org.jspecify.annotations.NullMarked;

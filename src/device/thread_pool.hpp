// The threads that share the work of kernels.
#pragma once

namespace whygrad::device {

// How many threads loops of the calling thread are cut for: what OpenMP would use (OMP_NUM_THREADS, or the processors of the affinity mask) until it
// is set.
int thread_count();
void set_thread_count(int count);

// True inside of a piece, and inside of a parallel region of the caller's own OpenMP code: loops there are not cut.
bool in_parallel();

// NOTE [thread pool]
// A loop is cut into pieces by thread_count() alone, so its result does not depend, to the last bit, on who runs which piece.
//
// A processor may be busy with another program, and then a thread that waits for one of its pieces must not keep a second processor busy. So nobody
// waits for a piece that has not begun: the caller runs it. Who does wait, for a job or for the last pieces of one, looks for kSpin and then sleeps,
// which lets the system move the other thread to this processor.
//
// A piece that has begun must be waited for. A thread that kept its caller waiting for longer than the caller's own piece took tries whether it has a
// processor to itself. Where it has none it takes no more pieces, and tries again after a while: kFirstRest, then twice as long each time.

// Calls run(body, piece) once for each piece in [0, pieces), at the same time where threads are free, and returns when all have ended. Rethrows the
// first exception.
void run_pieces(int pieces, void (*run)(void* body, int piece), void* body);

}  // namespace whygrad::device

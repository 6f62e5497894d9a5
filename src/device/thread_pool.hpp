// The threads that execute kernels.
#pragma once

namespace whygrad::device {

// The number of threads for loops of the calling thread: as in OpenMP (OMP_NUM_THREADS, or the processors of the affinity mask) until it is set.
int thread_count();
void set_thread_count(int count);

// Whether the caller is inside a piece, or inside a parallel region of its own OpenMP code: loops there are not split.
bool in_parallel();

// NOTE [thread pool]
// The split of a loop depends only on thread_count(), so its result does not depend on which thread runs which piece, to the last bit.
//
// A processor may be busy with another program. Then a thread that waits for a piece must not occupy a second processor. So no thread waits for a
// piece that has not begun: the caller runs it. A thread that waits for a job, or for the last pieces of one, spins for kSpin and then sleeps, which
// lets the system move the other thread to this processor.
//
// A piece that has begun must be waited for. If a thread kept its caller waiting for longer than the caller's own piece took, it measures whether it
// has a processor to itself. If not, it takes no pieces and measures again after kFirstRest, and then after twice as long each time.

// Calls run(body, piece) once for each piece in [0, pieces), concurrently if threads are free, and returns when all have ended. Rethrows the first
// exception.
void run_pieces(int pieces, void (*run)(void* body, int piece), void* body);

}  // namespace whygrad::device

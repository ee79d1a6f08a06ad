internal import Glibc

/// Reads one case after another and says which, until its time is over. It is a process of its own, which may die of any.
struct Worker {
    let cases: Cases
    /// The first case, and the one behind the last.
    let range: Range<UInt64>
    let deadline: ContinuousClock.Instant

    func run() async {
        var progress = Progress(subjects: cases.subjects.count)
        progress.update(from: Progress.descriptor)
        for number in range {
            if ContinuousClock.now >= deadline || getppid() == 1 { break }
            progress.number = number
            progress.write(to: Progress.descriptor)
            let (subject, input) = cases.input(of: number)
            if await cases.subjects[subject].read(input) { progress.good[subject] += 1 }
            progress.read[subject] += 1
        }
        progress.number = Progress.afterLast
        progress.write(to: Progress.descriptor)
    }

    /// Bounds the address space of this process, in MiB.
    static func bound(memory: Int) {
        guard memory > 0 else { return }
        var limit = rlimit(rlim_cur: rlim_t(memory) << 20, rlim_max: rlim_t(memory) << 20)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}

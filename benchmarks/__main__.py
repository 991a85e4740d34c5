"""``make bench``: every benchmark, one table after the other."""

from benchmarks import calls, search, transfers

for benchmark in (calls, transfers, search):
    benchmark.main()

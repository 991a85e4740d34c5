"""``make bench``: every benchmark, one table after the other."""

from benchmarks import calls, search, sites, transfers

for benchmark in (calls, transfers, search, sites):
    benchmark.main()

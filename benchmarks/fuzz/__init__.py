"""Inputs that nobody wrote: samples and random problems, mutated, run through every command.

    make fuzz MINUTES=5 SEED=1
    make fuzz CASE=fuzz-findings/explain-traceback-1a2b3c4d

An input is a function of the seed and its number alone (`inputs`), so that what is found on one
machine is found on another. Each runs in a worker process with a limit of memory and of time
(`worker`), where what it does is captured (`running`) and judged (`judging`). What is found is
saved as a folder (`cases`), once a kind, after it has been made smaller (`shrinking`).
"""

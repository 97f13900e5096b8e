"""The parts of the executor, one short module each.

In the parent process: `isolation` (which tier this machine can offer) starts a `supervisor`, which starts
zygotes through `launch` and turns their reports into executions with `outcome`. In the sandbox: `zygote`
watches what its `seed` forks, one process a program; `confinement` locks it in, `threads` counts, `child`
runs the text. Both sides: `codec`, `wire`.

Nothing here is imported by `import symbolic` alone that is not needed in the parent, and this package
itself imports nothing, because the zygote's memory is copied for every program.
"""

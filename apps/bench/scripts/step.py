# For gdb: runs the program to its SIGUSR2, then steps through the next call of `stepped`; a line an instruction: address, text.
# `map` is what --perf-basic-prof writes of code that V8 made; "-" where the symbol is the program's own.
import os

import gdb

for line in ("pagination off", "confirm off", "disassembly-flavor intel"):
    gdb.execute("set " + line)
gdb.execute("handle SIGUSR2 stop nopass", to_string=True)
gdb.execute("handle SIGSEGV nostop pass noprint", to_string=True)
gdb.execute("run", to_string=True)
if os.environ["STEP_MAP"] == "-":
    at = "*stepped"
else:
    with open("%s/perf-%d.map" % (os.environ["STEP_MAP"], gdb.selected_inferior().pid)) as names:
        at = "*0x" + [line.split()[0] for line in names if " JS:*" in line and "stepped " in line][-1]
# One of software: a virtual machine may have none of hardware, and says nothing then.
gdb.execute("break " + at, to_string=True)
gdb.execute("continue", to_string=True)
gdb.execute("set scheduler-locking on")
word = lambda text: int(gdb.parse_and_eval(text)) & (2**64 - 1)
back = word("*(long *)$rsp")
machine = gdb.selected_frame().architecture()
texts = {}
with open(os.environ["STEP_OUT"], "w") as out:
    for _ in range(20_000):
        pc = word("(long)$pc")
        if pc == back:
            break
        if pc not in texts:
            texts[pc] = machine.disassemble(pc)[0]["asm"]
        out.write("%x\t%s\n" % (pc, texts[pc]))
        gdb.execute("stepi", to_string=True)
gdb.execute("kill", to_string=True)

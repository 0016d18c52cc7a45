/*
 * How blocks are freed to another lane, as ../../LANES.md has it, for an explorer that visits *every* order of steps and every moment of a death.
 * interleave.test.ts runs the real code in many orders; this is the protocol alone, in all of them, and its threads go on for ever.
 *
 *     thread 1      thread 2      thread 3
 *     ────────      ────────      ────────
 *     claims        claims                       who has the territory makes blocks, hands them to others, collects, gives it back
 *                   frees         frees
 *     root inbox    root inbox                   mail
 *         ▲             ▲
 *         └──────┬──────┘
 *               own   0, 1, 2                  whose the only territory is
 *              bits   x y                      its owner's bitmap of two blocks: 1 = free
 *            remote   x y                      what others freed
 *
 * A statement, d_step or atomic is one access of a word that others see, together with what only its thread sees. Any thread is killed
 * between any two of them, one after another, and at any time after that its lane is repaired, step by step, and has a new holder.
 *
 *     spin -a lanes.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -m3000000
 *
 * `-DTWICE`: who repairs is killed too, any number of times (twice as many states: seven million).
 * `spin -a -DWRONG=n` makes it wrong in one place:
 *    1  a free is announced before its bit is set                 7  remote bits are taken away, and the word is not made 0
 *    2  who repairs does not announce what was freed last         8  what is announced is collected whosever it is
 *    3  OP is written after the bit is set                        9  a claim does not announce again
 *    4  who repairs leaves the mail as it is                     10  a claim by a plain store
 *    5  remote bits are taken away before the owner's are set    11  who repairs announces nothing where the inbox has its bit
 *    6  an inbox is cleared after the remote word is read        12  a territory is given back with a bit in the remote word
 *
 * Not here: large blocks; a second remote word, inbox word or territory; slabs, which come and go with the territory; lists and bins, which are the
 * owner's alone; parked lanes, what is taken from them, and tickets; double frees; two lanes whose threads are dead at once; weak memory: all see a step at once.
 */
#ifndef WRONG
#define WRONG 0
#endif

#define ALL 3 /* both blocks */

/* Words of the heap. */
byte own;
byte bits = ALL;
byte remote;
bit root[4], inbox[4]; /* a lane's */
bit op[4];             /* a lane's OP is of the territory */

/* What the words are compared with. */
byte hand[2]; /* who has a block; 0: it is free */
bit held[3];  /* who believes that the territory is its own */
bit busy[4];  /* who is in the midst of a free, from the *or* on, or of a collection */
byte dead;    /* who was killed, and is not repaired */
bit again;    /* who repairs was killed too */

/* The bits `r`, which were read in the remote word, become the owner's. */
inline take() {
  do
#if WRONG == 5
  :: d_step { r -> r = remote; remote = 0 }; d_step { bits = bits | r; r = 0 }
#else
  :: d_step { r -> bits = bits | r }; /* store: nobody else writes there */
    d_step { /* compare-exchange */
      if
#if WRONG == 7
      :: true -> remote = remote & ~r; r = 0
#else
      :: remote == r -> remote = 0; r = 0
      :: else -> r = remote
#endif
      fi
    }
#endif
  :: else -> break
  od
}

/* The bit of a block is *or*ed into the remote word. Was that not 0? Done. */
inline set() {
  atomic {
    if
    :: hand[0] == me -> o = 0
    :: hand[1] == me -> o = 1
    fi;
    hand[o] = 0;
    busy[me] = 1;
    r = remote;
    remote = remote | (1 << o);
    o = 0;
#if WRONG != 1 && WRONG != 3
    if
    :: r -> goto told
    :: else
    fi
#endif
  };
#if WRONG == 3
  atomic {
    op[me] = 1;
    if
    :: r -> goto told
    :: else
    fi
  }
#endif
}

/* Who has the territory is told to look there, if nobody else does that. */
inline announce() {
  atomic { /* load */
    o = own;
    if
    :: o == 0 -> goto told
    :: else
    fi
  };
  atomic { /* or */
    if
    :: inbox[o] -> goto told
    :: else -> inbox[o] = 1
    fi
  };
  root[o] = 1 /* or */
}

proctype Thread(byte me) {
  byte o, r;
  {
end_idle:
    do
    /* Allocate: one store. The block is handed over, to one who may keep it. */
    :: atomic {
        own == me && bits ->
        if
        :: bits & 1 -> r = 0
        :: bits & 2 -> r = 1
        fi;
        assert(!hand[r]);
        bits = bits & ~(1 << r);
        if
        :: me == 1 -> hand[r] = 2
        :: hand[r] = 3
        fi;
        r = 0
      }

    /* Free: OP is written first. */
    :: atomic {
        hand[0] == me || hand[1] == me ->
        assert(own && own != me);
#if WRONG != 3
        op[me] = 1
#endif
      };
#if WRONG == 1
      announce();
told:
      set();
#else
      set();
      announce();
told:
#endif
      atomic { o = 0; r = 0; busy[me] = 0; op[me] = 0 }

    /* Collect: root and inbox are exchanged for 0 before what they lead to is read. */
    :: d_step { root[me] -> root[me] = 0; busy[me] = 1 };
#if WRONG == 6
      r = inbox[me];
#else
      d_step { r = inbox[me]; inbox[me] = 0 };
#endif
      d_step { /* load; that `own` is this lane's, or not, only this thread changes */
        if
#if WRONG == 8
        :: r -> r = remote
#else
        :: r && own == me -> r = remote
#endif
        :: else -> r = 0
        fi
      };
      take();
#if WRONG == 6
      inbox[me] = 0;
#endif
      busy[me] = 0

    /* Sweep: the same, announced or not. */
    :: d_step { own == me && remote -> r = remote; busy[me] = 1 };
      take();
      busy[me] = 0

    /* Claim: compare-exchange. Then a bit that is in the inbox already is announced again. No free is late: the remote word is 0. */
#if WRONG == 10
    :: me < 3 && own == 0 ->
      d_step {
#else
    :: d_step {
        me < 3 && own == 0 ->
#endif
        own = me;
        assert(!held[1] && !held[2]);
        held[me] = 1;
        assert(!remote)
      };
#if WRONG != 9
      if
      :: inbox[me] -> root[me] = 1
      :: else
      fi
#endif

    /* Give back, where no block is live: one store. Nobody looks at the remote word. */
#if WRONG == 12
    :: d_step { own == me && (bits | remote) == ALL -> own = 0; bits = ALL; held[me] = 0 }
#else
    :: d_step { own == me && bits == ALL -> own = 0; held[me] = 0 }
#endif
    od
  } unless {
    /* OP is of this free; or else of an earlier one, or of none. */
    atomic {
      dead == me ->
      if
      :: op[me] = 1
      :: true
      fi
    };
repair:
    {
      /* Whoever repairs. Mail is forgotten first, as all is looked at. */
#if WRONG != 4
      atomic { o = 0; r = 0; root[me] = 0 };
      inbox[me] = 0;
#endif
      atomic { /* load */
        o = 0;
        r = 0;
        if
        :: own == me -> r = remote
        :: else
        fi
      };
      take();
#if WRONG != 2
      if
      :: atomic { op[me] -> o = own }; /* load */
        atomic { /* or */
          if
#if WRONG == 11
          :: o && inbox[o] -> o = 0
          :: o && !inbox[o] -> inbox[o] = 1
#else
          :: o -> inbox[o] = 1
#endif
          :: else
          fi
        };
        atomic { /* or */
          if
          :: o -> root[o] = 1; o = 0
          :: else
          fi
        }
      :: else
      fi;
#endif
      /* Give back, where no block is live; and the lane's state: from here on it has a new holder. */
      atomic {
        if
        :: own == me && bits == ALL -> own = 0; held[me] = 0
        :: else
        fi
      };
      atomic { busy[me] = 0; op[me] = 0; dead = 0; goto end_idle }
    } unless {
      atomic { again -> again = 0; goto repair }
    }
  }
}

/* One at a time is dead. */
proctype Killer() {
end:
  do
#ifdef TWICE
  :: atomic { dead && !again -> again = 1 } /* its repair is begun anew */
#endif
  :: atomic {
      !dead ->
      if
      :: dead = 1
      :: dead = 2
      :: dead = 3
      fi
    }
  od
}

/* A violation that another thread's steps hide is there still when they are done. */
#define QUIET (!dead && !busy[1] && !busy[2] && !busy[3])

/* Where nobody is in the midst of anything. An assertion has the name of what is not so. */
proctype Watch() {
  bit announced, disjoint, kept;
end:
  do
  /* What was freed is announced to who has it: a collection finds it. */
  :: atomic { QUIET && remote && !(own && root[own] && inbox[own]) -> assert(announced) }
  /* A block is free by one bitmap. */
  :: atomic { QUIET && (bits & remote) -> assert(disjoint) }
  /* A block is free, or live: none is lost. */
  :: atomic {
      QUIET && (((bits | remote) & 1) == (hand[0] != 0) || ((bits | remote) >> 1) == (hand[1] != 0)) ->
      assert(kept)
    }
  od
}

init {
  atomic { run Thread(1); run Thread(2); run Thread(3); run Killer(); run Watch() }
}

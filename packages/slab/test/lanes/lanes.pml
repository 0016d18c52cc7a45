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
 * `-DSTRIP`: lanes 1 and 2 are parked and come back, and the other one takes the territory meanwhile, without a wait and without the lane, where it has
 * no live block. `own` has a mark then, of who looks whether it can have it. There is one block, and thread 3 alone gets it and frees it: five million
 * states. Wrong, with that:
 *   13  who comes back leaves the marks                          15  who strips takes what it has marked, and looks at no block
 *   14  who strips does not ask, once it has marked, whether     16  what others freed stays in the remote word of what was stripped
 *       the lane is held again
 *
 * Not here: large blocks; a second remote word, inbox word or territory; slabs, which come and go with the territory; lists and bins, which are the
 * owner's alone; lanes that change hands, and tickets; double frees; two lanes whose threads are dead at once; weak memory: all see a step at once.
 */
#ifndef WRONG
#define WRONG 0
#endif

#ifdef STRIP
#define ALL 1 /* its only block */
#else
#define ALL 3 /* both blocks */
#endif

/* Words of the heap. */
byte own; /* whose the territory is, and 4 · who has marked it */
#define OWNER (own & 3)
#define MARKED(lane) (4 * me + lane)
byte bits = ALL;
byte remote;
bit root[4], inbox[4]; /* a lane's */
bit op[4];             /* a lane's OP is of the territory */
#ifdef STRIP
mtype = { live, parked, stripped };
mtype state[4] = live;
#define HOLDS (state[me] == live)
#define OTHER (3 - me)
#else
#define HOLDS true
#endif

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
    :: ALL == 3 && hand[1] == me -> o = 1
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
    o = OWNER;
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
        HOLDS && OWNER == me && bits ->
        if
        :: bits & 1 -> r = 0
        :: bits & 2 -> r = 1
        fi;
        assert(!hand[r]);
        bits = bits & ~(1 << r);
        if
#ifndef STRIP
        :: me == 1 -> hand[r] = 2
#endif
        :: hand[r] = 3
        fi;
        r = 0
      }

    /* Free: OP is written first. */
    :: atomic {
        hand[0] == me || hand[1] == me ->
        assert(OWNER && OWNER != me);
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
    :: d_step { HOLDS && root[me] -> root[me] = 0; busy[me] = 1 };
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
        :: r && OWNER == me -> r = remote
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
    :: d_step { HOLDS && OWNER == me && remote -> r = remote; busy[me] = 1 };
      take();
      busy[me] = 0

    /* Claim: compare-exchange. Then a bit that is in the inbox already is announced again. No free is late: the remote word is 0. */
#if WRONG == 10
    :: HOLDS && me < 3 && own == 0 ->
      d_step {
#else
    :: d_step {
        HOLDS && me < 3 && own == 0 ->
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
    :: d_step { HOLDS && OWNER == me && (bits | remote) == ALL -> own = 0; bits = ALL; held[me] = 0 }
#else
    :: d_step { HOLDS && OWNER == me && bits == ALL -> own = 0; held[me] = 0 }
#endif

#ifdef STRIP
    /* Park: compare-exchange. */
    :: d_step { HOLDS && OWNER == me -> state[me] = parked; held[me] = 0 }

    /* Come back: compare-exchange. A lane that is stripped is repaired: the marks first. */
    :: d_step { state[me] == parked -> state[me] = live; held[me] = OWNER == me }
    :: d_step { state[me] == stripped -> state[me] = live; busy[me] = 1 };
      d_step { /* compare-exchange, until there is none */
#if WRONG != 13
        if
        :: OWNER == me -> own = me
        :: else
        fi;
#endif
        held[me] = OWNER == me
      };
      root[me] = 0;
      inbox[me] = 0;
      d_step {
        if
        :: OWNER == me -> r = remote
        :: else
        fi
      };
      take();
      busy[me] = 0

    /* Strip the other lane: compare-exchange of its state. What it looks like before that is a hint, so any will do. */
    :: d_step {
        me < 3 && HOLDS && OWNER == OTHER && state[OTHER] != live ->
        state[OTHER] = stripped;
        busy[me] = 1
      };
      d_step { /* compare-exchange */
        if
        :: OWNER == OTHER -> own = MARKED(OTHER)
        :: else
        fi
      };
#if WRONG != 14
      d_step { /* compare-exchange: it may have been parked anew */
        if
        :: state[OTHER] != live -> state[OTHER] = stripped
        :: else -> o = 1
        fi
      };
#endif
      if
      :: o == 0 ->
        r = bits; /* load */
#if WRONG == 15
        r = ALL;
#endif
        r = r | remote; /* load */
        d_step { /* compare-exchange */
          if
          :: own == MARKED(OTHER) && r == ALL ->
            assert(!held[1] && !held[2]);
            assert((bits | remote) == ALL);
            own = me;
            held[me] = 1
          :: own == MARKED(OTHER) && r != ALL -> own = OTHER
          :: else
          fi;
          r = 0
        };
#if WRONG != 16
        d_step { /* load */
          if
          :: own == me -> r = remote
          :: else
          fi
        };
        take();
#endif
        if
        :: OWNER == me && inbox[me] -> root[me] = 1
        :: else
        fi
      :: else -> o = 0
      fi;
      atomic { r = 0; busy[me] = 0 }
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
#ifdef STRIP
      d_step { /* a mark, by one who was looking when its thread came: it is told that the lane is held, or was */
        if
        :: OWNER == me -> own = me
        :: else
        fi
      };
#endif
      atomic { /* load */
        o = 0;
        r = 0;
        if
        :: OWNER == me -> r = remote
        :: else
        fi
      };
      take();
#if WRONG != 2
      if
      :: atomic { op[me] -> o = OWNER }; /* load */
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
        :: OWNER == me && bits == ALL -> own = 0; held[me] = 0
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
#ifdef STRIP
      :: state[1] == live -> dead = 1 /* a lane that nobody holds wants no repair */
      :: state[2] == live -> dead = 2
#else
      :: dead = 1
      :: dead = 2
#endif
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
  :: atomic { QUIET && remote && !(own && root[OWNER] && inbox[OWNER]) -> assert(announced) }
  /* A block is free by one bitmap. */
  :: atomic { QUIET && (bits & remote) -> assert(disjoint) }
  /* A block is free, or live: none is lost. */
  :: atomic {
      QUIET && (((bits | remote) & 1) == (hand[0] != 0) || (ALL == 3 && ((bits | remote) >> 1) == (hand[1] != 0))) ->
      assert(kept)
    }
  od
}

init {
  atomic { run Thread(1); run Thread(2); run Thread(3); run Killer(); run Watch() }
}

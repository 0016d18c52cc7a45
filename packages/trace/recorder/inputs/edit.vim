" Replaces, sorts, undoes, and counts words, in what was opened.
set nomore
%s/\<the\>/THE/g
sort
undo
g/^$/d
%s/\(\w\+\) \(\w\+\)/\2 \1/g
let s:count = {}
for s:line in getline(1, '$')
  for s:word in split(s:line)
    let s:count[s:word] = get(s:count, s:word, 0) + 1
  endfor
endfor
call setline(1, sort(keys(s:count)))
qall!

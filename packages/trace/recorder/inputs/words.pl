# Counts the words of some texts, reports where each stands, and takes a part of them through JSON and back.
use strict;
use warnings;
use JSON::PP;

my (%words, @lines);
for my $file (@ARGV) {
  open my $in, '<', $file or die "$file: $!";
  while (my $line = <$in>) {
    chomp $line;
    push @lines, { file => $file, number => $., text => $line };
    for my $word (map { lc } $line =~ /[A-Za-z']+/g) {
      $words{$word}{count}++;
      push @{ $words{$word}{places} }, "$file:$.";
    }
  }
}

my $report = '';
for my $word (sort { $words{$b}{count} <=> $words{$a}{count} || $a cmp $b } keys %words) {
  my @places = @{ $words{$word}{places} };
  $report .= sprintf "%-20s %6d %s\n", $word, $words{$word}{count}, join ', ', splice @places, 0, 3;
}

my $json = JSON::PP->new->canonical;
my $text = $json->encode([map { { %$_, words => [split ' ', $_->{text}] } } @lines[0 .. 499]]);
my $back = $json->decode($text);
my %by_length;
push @{ $by_length{ length $_->{text} } }, $_ for @$back;
$_->{text} =~ s/\b(\w)(\w*)/\u$1$2/g for @$back;
print length $report, ' ', length $text, ' ', scalar(keys %by_length), "\n";

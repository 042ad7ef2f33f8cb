/** Characters of one piece: few enough to hold, enough that writing it costs little beside making it. */
const PIECE_LENGTH = 1_048_576;

/** Joins lines to pieces, so that a million rows are no million writes. Each line brings its own line feed. */
export function* joinPieces(lines: Iterable<string>): Generator<string, void, undefined> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

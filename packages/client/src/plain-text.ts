// Text from elsewhere made fit to be shown: a node that lies must not steer the terminal of who reads its messages.

/** The text in one line of bounded length: control characters and what turns the direction of writing become spaces. */
export function plainText(text: string, charactersMax: number): string {
  const plain = text.slice(0, charactersMax).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
  return text.length > charactersMax ? `${plain}…` : plain;
}

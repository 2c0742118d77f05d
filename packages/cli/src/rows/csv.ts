// CSV (RFC 4180): records of fields, commas between them, quotes around fields that hold commas, quotes or line breaks. Line breaks are CRLF or LF.

const QUOTE = '"';

/** Takes text piece by piece and gives records. */
export class CsvReader {
  #fields: string[] = [];
  #field = '';
  /** Inside quotes; after a quote inside quotes (an end, or half of an escaped quote). */
  #quoted = false;
  #afterQuote = false;
  #line = 1;
  #startLine = 1;

  /** Records that end in this piece of text, with the lines they start on. */
  push(text: string): { fields: string[]; line: number }[] {
    const records: { fields: string[]; line: number }[] = [];
    for (let at = 0; at < text.length;) {
      if (this.#quoted) at = this.#insideQuotes(text, at);
      else at = this.#outside(text, at, records);
    }
    return records;
  }

  /** The record that no line break ended, if there is one. Undefined and `open`: a quote is never closed. */
  end(): { fields: string[]; line: number }[] {
    const records: { fields: string[]; line: number }[] = [];
    if (this.#fields.length > 0 || this.#field !== '' || this.#afterQuote) this.#finish(records);
    return records;
  }

  /** Line on which a quote was opened that is still open. */
  get openQuote(): number | undefined {
    return this.#quoted && !this.#afterQuote ? this.#startLine : undefined;
  }

  #insideQuotes(text: string, at: number): number {
    if (this.#afterQuote) {
      this.#afterQuote = false;
      if (text[at] === QUOTE) {
        this.#field += QUOTE;
        return at + 1;
      }
      this.#quoted = false;
      return at;
    }
    const end = text.indexOf(QUOTE, at);
    const part = text.slice(at, end < 0 ? undefined : end);
    for (const character of part) if (character === '\n') this.#line++;
    this.#field += part;
    if (end < 0) return text.length;
    this.#afterQuote = true;
    return end + 1;
  }

  #outside(text: string, at: number, records: { fields: string[]; line: number }[]): number {
    const character = text[at];
    if (character === QUOTE && this.#field === '') this.#quoted = true;
    else if (character === ',') this.#endField();
    else if (character === '\n') {
      this.#line++;
      this.#finish(records);
    } else return this.#plain(text, at);
    return at + 1;
  }

  #plain(text: string, at: number): number {
    let end = at;
    while (end < text.length && text[end] !== ',' && text[end] !== '\n' && !(text[end] === QUOTE && end === at && this.#field === '')) {
      end++;
    }
    this.#field += text.slice(at, end);
    return end;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = '';
  }

  #finish(records: { fields: string[]; line: number }[]): void {
    if (this.#field.endsWith('\r')) this.#field = this.#field.slice(0, -1);
    this.#endField();
    // An empty line is no record.
    if (this.#fields.length > 1 || this.#fields[0] !== '') records.push({ fields: this.#fields, line: this.#startLine });
    this.#fields = [];
    this.#quoted = false;
    this.#afterQuote = false;
    this.#startLine = this.#line;
  }
}

/** One record as a line, without its line break. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll(QUOTE, '""')}"` : field)).join(',');
}

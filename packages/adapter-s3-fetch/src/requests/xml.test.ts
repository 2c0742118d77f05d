// The XML that servers answer with.

import { expect, it } from 'vitest';
import { elements, escape, textOf } from './xml.ts';

it('elements are found with their contents, whatever stands around them', () => {
  const xml = '<?xml version="1.0"?>\n<R xmlns="http://x/"><Key a="b">1</Key>\n<Keys>no</Keys><Key></Key><Key>a\nb</Key></R>';
  expect(elements(xml, 'Key')).toEqual(['1', '', 'a\nb']);
  expect(elements(xml, 'Nothing')).toEqual([]);
});

it('text is unescaped', () => {
  expect(textOf('<A>&lt;&amp;amp;&gt;&quot;&apos;&#65;&#x42;&odd;</A>', 'A')).toBe('<&amp;>"\'AB&odd;');
  expect(textOf('<A>1</A>', 'B')).toBeUndefined();
});

it('what was escaped is read back', () => {
  const text = 'a<b>&amp;"c';
  expect(textOf(`<A>${escape(text)}</A>`, 'A')).toBe(text);
});

import type { Expected } from '../expected.ts'

const empty = { code: 'empty_file', why: 'zero bytes: no match, but nothing that tells the tool; read with --format' }

export default {
  folders: ['nuclei'],
  refused: { 'nuclei/empty.jsonl': empty, 'nuclei/no_findings.json': empty },
  // wc -l: 18 lines.
  differences: { 'nuclei/many_findings.json': { ours: 18, rule: 'peer-merges-equal-items' } },
} satisfies Expected

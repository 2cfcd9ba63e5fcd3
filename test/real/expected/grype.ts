import type { Expected } from '../expected.ts'

export default {
  folders: ['grype'],
  refused: {
    'grype/own__anchore-fixture-image-simple.json': { code: 'unknown_format', why: 'a container image packed as tar, named .json' },
  },
  differences: {
    'grype/check_all_fields.json': { ours: 6, rule: 'peer-merges-paths' },
    'grype/same_cve_different_paths.json': { ours: 2, rule: 'peer-merges-paths' },
  },
} satisfies Expected

import type { Expected } from '../expected.ts'

export default { folders: ['cloudflare-insights'] } satisfies Expected

import type { Expected } from '../expected.ts'

export default { folders: ['prisma-cloud', 'twistlock'] } satisfies Expected

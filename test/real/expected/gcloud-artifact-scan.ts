import type { Expected } from '../expected.ts'

export default { folders: ['gcloud-artifact-scan'] } satisfies Expected

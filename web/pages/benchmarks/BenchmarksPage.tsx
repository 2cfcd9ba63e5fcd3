import { Page } from '../../components/Page.tsx'
import { Benchmarks } from './Benchmarks.tsx'

/** What the secure score is compared with. */
export function BenchmarksPage() {
  return (
    <Page
      title="Comparison values"
      name="Comparison values"
      parent={{ page: '/secure-score', title: 'Secure score' }}
      line="Averages of others, each with its source, its day and its sample size."
    >
      <Benchmarks />
    </Page>
  )
}

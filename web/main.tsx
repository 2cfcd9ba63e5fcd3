import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import { ApiError } from './api.ts'
import { Empty } from './components/Problem.tsx'
import { Shell } from './components/Shell.tsx'
import { To } from './components/To.tsx'
import { routes } from './routes.tsx'
import './styles.css'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      // what the server said no to stays no; only a server that did not answer is asked again
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status === 0,
    },
  },
})

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <Shell>
          <Switch>
            {routes.map(([address, page]) => (
              <Route key={address} path={address} component={page} />
            ))}
            <Route>
              <Empty title="There is no such page" className="h-[60vh]">
                <To page="/">Go to the overview</To>
              </Empty>
            </Route>
          </Switch>
        </Shell>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)

import { hydrateRoot } from 'react-dom/client';
import { Page, app } from './next.jsx';

app.hydrate = (target) => hydrateRoot(target, <Page />, { onRecoverableError: (error) => app.faults.push(String(error)) });
window.app = app;

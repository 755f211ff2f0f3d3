import { renderToString } from 'react-dom/server.browser';
import { Page } from './next.jsx';

export const markup = renderToString(<Page />);

import './workers';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './playground.css';
import './session/session.css';

import { createRoot } from 'react-dom/client';

import { Playground } from './playground';

createRoot(document.getElementById('playground')!).render(<Playground />);

import { useEffect, useReducer } from 'react';

/** Renders the component afresh each second. */
export function useSeconds(): void {
  const [, tick] = useReducer((ticks: number) => ticks + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
}

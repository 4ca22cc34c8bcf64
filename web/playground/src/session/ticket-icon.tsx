import type { SVGProps } from 'react';

export function TicketIcon(props: SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" {...props}>
      <path d="M2.5 4.5h15a1 1 0 0 1 1 1V8a2 2 0 0 0 0 4v2.500a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V12a2 2 0 0 0 0-4V5.500a1 1 0 0 1 1-1z" />
      <path d="M12.500 5v10" strokeDasharray="1.500 2" />
      <path d="m4.800 10 2 2 3.400-3.800" strokeLinecap="round" />
    </svg>
  );
}

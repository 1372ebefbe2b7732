// What the server said when it refused, word for word, and nothing that it did not say.
export function Refused({ error, children }: { error: Error; children?: React.ReactNode }) {
  return (
    <div className="refused" role="alert">
      <h1>The server gave no answer</h1>
      <p className="said">{messageOf(error)}</p>
      {children}
    </div>
  );
}

export const messageOf = (error: Error) => error.message || String(error);

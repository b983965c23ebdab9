using Microsoft.Extensions.Logging;

namespace Provenance.Cli.Reporting;

/// <summary>Writes warnings and errors of the server to standard error, one line each, so that standard output stays for results.</summary>
internal sealed class StandardErrorLogging : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            string line = HarmlessText.LineOf(formatter(state, exception));
            Console.Error.WriteLine($"{(logLevel is LogLevel.Warning ? "warning" : "error")}: {line}{(exception is null ? "" : $" ({exception.GetType().Name}: {HarmlessText.LineOf(exception.Message)})")}");
        }
    }

    public void Dispose()
    {
    }
}

using Microsoft.Extensions.Logging;

namespace Provenance.ArtifactStore.Tests.Serving.Hostility;

/// <summary>Leads all that is logged to one log.</summary>
internal sealed class ErrorLogProvider(ErrorLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => log;

    public void Dispose()
    {
    }
}

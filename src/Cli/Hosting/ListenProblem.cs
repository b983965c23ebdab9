using Microsoft.AspNetCore.Connections;

namespace Provenance.Cli.Hosting;

/// <summary>Why a server could not begin to listen, as the end of a sentence about its address.</summary>
internal static class ListenProblem
{
    public static string Of(Exception exception) =>
        exception.InnerException is AddressInUseException ? "is in use" : $"cannot be served on ({exception.Message})";
}

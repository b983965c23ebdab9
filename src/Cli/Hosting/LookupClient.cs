using System.Net;
using System.Text.Json;
using Provenance.Attestor.Lookups;
using Provenance.Cli.Reporting;

namespace Provenance.Cli.Hosting;

/// <summary>Asks a store that is being served for what it knows of a digest.</summary>
internal static class LookupClient
{
    public static async Task<DigestLookup> AskAsync(string address, string digest, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await client.GetAsync(new Uri($"{address}/lookup/{digest}"), cancellationToken);
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
        {
            throw new CommandException(ExitCodes.Error, $"{address} answered {(int)answer.StatusCode} to the look-up of {digest}.");
        }

        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return (await JsonSerializer.DeserializeAsync(body, JsonOutput.Default.DigestLookup, cancellationToken))!;
    }
}

using System.CommandLine;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Witnesses;
using Provenance.Cli.Hosting;

namespace Provenance.Cli.Commands;

/// <summary>The options of the commands that sign attestations: with a key, with a key and witnesses, or without a key.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string?> key = new("--key") { Description = SigningKey.Description, HelpName = "KEY" };
    private readonly SigstoreOptions sigstore = new();

    public void AddTo(Command command)
    {
        command.Options.Add(key);
        sigstore.AddTo(command);
    }

    /// <summary>The key that is named; null where none is.</summary>
    public string? Key(ParseResult parsed) => parsed.GetValue(key);

    /// <summary>Whether signatures are to be made without a key.</summary>
    public bool IsKeyless(ParseResult parsed) => parsed.GetValue(key) is null && sigstore.IsGiven(parsed);

    /// <summary>Opens whatever signs.</summary>
    public async Task<OpenedBundleSigner> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(key) is { } reference)
        {
            var opened = await SigningKey.OpenAsync(reference, cancellationToken);
            try
            {
                return await WithKeyAsync(parsed, opened.Signer, cancellationToken, opened);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }

        return sigstore.IsGiven(parsed)
            ? await WithoutKeyAsync(parsed, cancellationToken)
            : throw new CommandException(ExitCodes.Usage, "Who signs? Give --key KEY; or, to sign as this workload's identity without a key, --signing-config FILE with --trusted-root FILE.");
    }

    /// <summary>Signs with a key that is open already; witnessed where a Sigstore instance is named.</summary>
    public async Task<OpenedBundleSigner> WithKeyAsync(ParseResult parsed, Attestor.Signing.ISigner signer, CancellationToken cancellationToken, params IDisposable[] owned)
    {
        if (sigstore.HasToken(parsed))
        {
            throw new CommandException(ExitCodes.Usage, "Sign either with --key or as the identity of a token, not both.");
        }

        if (!sigstore.IsGiven(parsed))
        {
            return new OpenedBundleSigner(new KeyBundleSigner(signer), owned);
        }

        var http = ServiceClient.Create();
        try
        {
            return new OpenedBundleSigner(new WitnessedKeySigner(signer, await sigstore.OpenInstanceAsync(parsed, http, cancellationToken)), [.. owned, http]);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    private async Task<OpenedBundleSigner> WithoutKeyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var http = ServiceClient.Create();
        try
        {
            var keyless = sigstore.OpenKeyless(parsed, await sigstore.OpenInstanceAsync(parsed, http, cancellationToken), http);
            return new OpenedBundleSigner(keyless, keyless, http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }
}

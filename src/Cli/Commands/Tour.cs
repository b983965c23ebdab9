using MediatR;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Verifying;
using Provenance.Cli.Hosting;
using Provenance.Cli.Reporting;
using Provenance.Watcher.Delivering;
using Spectre.Console;

namespace Provenance.Cli.Commands;

/// <summary>What <c>up</c> shows when it has caught up: what was stored, that tampering is noticed, and how a third party checks us.</summary>
internal sealed class Tour(IAnsiConsole console, StoreServer server, DataLayout layout, ProofOfSigner proof, IRegistryClient registries, IMediator mediator)
{
    private const int ShownSubjects = 5;

    /// <summary>Shows the last runs and tries the tampering.</summary>
    /// <param name="attested">The runs that have an attestation.</param>
    /// <param name="staysUp">Whether the server goes on, so that other programs can ask it.</param>
    /// <param name="cancellationToken">Ends the showing.</param>
    /// <returns>Whether the genuine attestation was accepted and the tampered one refused.</returns>
    public async Task<bool> ShowAsync(IReadOnlyList<DeliveryReport> attested, bool staysUp, CancellationToken cancellationToken)
    {
        bool held = attested.Count is 0 || await ShowAttestedAsync(attested, staysUp, cancellationToken);
        if (staysUp)
        {
            console.WriteLine($"serving     {server.Address} until stopped (Ctrl+C)");
        }

        return held;
    }

    private async Task<bool> ShowAttestedAsync(IReadOnlyList<DeliveryReport> attested, bool staysUp, CancellationToken cancellationToken)
    {

        var subjects = attested
            .SelectMany(static r => r.Subjects.Where(static s => s.Attestation is not null).Select(s => (Run: r, Subject: s)))
            .GroupBy(static p => (p.Subject.Name, p.Subject.Digest))
            .ToList();
        foreach (var subject in subjects.TakeLast(ShownSubjects))
        {
            await ShowAsync(subject.Key.Name, subject.Key.Digest, [.. subject], cancellationToken);
        }

        if (subjects.Count > ShownSubjects)
        {
            console.WriteLine($"(the last {ShownSubjects} of {subjects.Count} subjects; of the others tells: provenance lookup DIGEST)");
        }

        // An image makes the better example: its name alone leads other programs to the attestation.
        var all = subjects.Select(static s => s.Last().Subject).ToList();
        var example = all.LastOrDefault(static s => s.Attestation!.Repository.EndsWith(s.Name, StringComparison.Ordinal)) ?? all[^1];
        bool held = true;
        try
        {
            held = await TamperAsync(example, cancellationToken);
        }
        catch (RegistryException e)
        {
            console.WriteLine($"tamper test  not done: {e.Message}", new Style(Color.Yellow));
        }

        await ShowCommandsAsync(example, staysUp, cancellationToken);
        return held;
    }

    private async Task ShowAsync(string name, Digest digest, IReadOnlyList<(DeliveryReport Run, AttestedSubject Subject)> attestations, CancellationToken cancellationToken)
    {
        var known = await LookupClient.AskAsync(server.Address, digest.ToString(), cancellationToken);
        var texts = new TreeText(console.Profile.Width);
        var tree = new Tree(texts.At(0, $"{name}@{digest}")) { Guide = TreeGuide.Line };
        var type = tree.AddNode(texts.At(1, Bundle.MediaTypeV03));
        foreach (var (run, subject) in attestations)
        {
            var attestation = type.AddNode(texts.At(2, subject.Attestation!.ToString()));
            attestation.AddNode(texts.At(3, $"made by  {run.Run}"));
            foreach (var dependency in known.MadeBy.FirstOrDefault(a => a.Bundle == run.Bundle?.ToString())?.Dependencies ?? [])
            {
                attestation.AddNode(texts.At(3, $"from     {dependency.Name}  {dependency.Uri}  {dependency.Digest}"));
            }
        }

        console.Write(tree);
    }

    private async Task<bool> TamperAsync(AttestedSubject subject, CancellationToken cancellationToken)
    {
        var repository = registries.Repository(subject.Attestation!);
        var manifest = await repository.FetchManifestAsync(subject.Attestation!.Digest!, cancellationToken);
        byte[] bundle = (await repository.FetchBlobAsync(BundleManifest.FindBundle(manifest!.Content)!, Bundle.MaximumSize, cancellationToken))!;
        var genuine = await VerifyAsync(subject.Digest, bundle, cancellationToken);
        var tampered = await VerifyAsync(subject.Digest, FlipOneByte(bundle), cancellationToken);
        console.WriteLine();
        console.WriteLine($"tamper test  as stored: {Describe(genuine)};  one byte of the statement flipped: {Describe(tampered)}");
        bool held = genuine.Outcome is VerdictOutcome.Pass && tampered.Outcome is VerdictOutcome.Fail;
        if (!held)
        {
            console.WriteLine("The tamper test did not end as it must. Do not rely on this installation.", new Style(Color.Red));
        }

        return held;
    }

    private Task<Verdict> VerifyAsync(Digest subject, byte[] bundle, CancellationToken cancellationToken) => mediator.Send(
        proof.Demand(new VerifyArtifact
        {
            Subject = subject,
            Evidence = [new OfferedEvidence("bundle", bundle)],
            AllowFailedRuns = true,
        }),
        cancellationToken);

    /// <summary>Flips the lowest bit of the byte in the middle of the payload and leaves everything else as it is.</summary>
    private static byte[] FlipOneByte(byte[] bundle)
    {
        byte[] payload = Bundle.Parse(bundle).Envelope.Payload.ToArray();
        string before = Convert.ToBase64String(payload);
        payload[payload.Length / 2] ^= 1;
        return System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(bundle).Replace(before, Convert.ToBase64String(payload), StringComparison.Ordinal));
    }

    private static string Describe(Verdict verdict) => verdict.Outcome is VerdictOutcome.Pass ? "verified" : $"refused, {verdict.Code}";

    private async Task ShowCommandsAsync(AttestedSubject subject, bool staysUp, CancellationToken cancellationToken)
    {
        string image = $"{subject.Attestation!.Name}@{subject.Digest}";
        string data = layout.Folder == Path.GetFullPath(DataLayout.DefaultFolder) ? "" : $" --data {layout.Folder}";
        console.WriteLine();
        console.WriteLine("check it yourself, with our program and without it:");
        console.WriteLine($"  {Executable()} verify {(staysUp ? image : subject.Digest + data)} {proof.Options}");
        console.WriteLine($"  {Executable()} lookup {subject.Digest}{data}");
        if (!staysUp)
        {
            console.WriteLine("  (other programs can ask while the registry is up: leave --once away)");
            console.WriteLine();
            return;
        }

        console.WriteLine($"  cosign verify-attestation {proof.CosignOptions} --type slsaprovenance1 {image}");
        if (await IsStoredAsync(subject, cancellationToken))
        {
            console.WriteLine($"  oras discover --plain-http {image}");
        }

        console.WriteLine();
    }

    /// <summary>Whether the image itself is where its attestation is; oras asks for it before it asks for its referrers.</summary>
    private async Task<bool> IsStoredAsync(AttestedSubject subject, CancellationToken cancellationToken)
    {
        try
        {
            return await registries.Repository(subject.Attestation!).ResolveAsync(subject.Digest.ToString(), cancellationToken) is not null;
        }
        catch (RegistryException)
        {
            return false;
        }
    }

    /// <summary>How this program can be called again from the same folder.</summary>
    private static string Executable()
    {
        string? path = Environment.ProcessPath;
        if (path is null || Path.GetFileNameWithoutExtension(path) != "provenance")
        {
            return "provenance";
        }

        string[] search = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return search.Contains(Path.GetDirectoryName(path)) ? "provenance" : Path.GetRelativePath(Environment.CurrentDirectory, path);
    }
}

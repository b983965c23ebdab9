using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signers;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Trust;
using Provenance.Attestor.Verifying;
using Provenance.Bench.Watch;

namespace Provenance.Bench.Verify;

/// <summary>
/// From the bytes of a bundle to its verdict, on one thread: by a key over a statement of 4 KB, and by an identity with a certificate, a
/// log entry (promise, proof, checkpoint) and a certificate log's promise under a trusted root that was read before. One ECDSA P-256
/// check alone is measured beside it, as the floor that this machine sets.
/// </summary>
internal static class VerifyBenchmark
{
    private const int Rounds = 7;
    private const string Identity = "https://k8s.example.test/ns/default/sa/builder";
    private const string Issuer = "http://localhost:5621";

    public static void Run(bool json)
    {
        byte[] trustedRoot = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Verify", "trusted_root.json"));
        byte[] keyless = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Verify", "keyless.sigstore.json"));
        using var signer = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        byte[] artifact = SHA256.HashData("artifact"u8);
        byte[] statement = Statement(artifact);
        byte[] keyed = BundleWriter.Write(statement, signer.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement)), signer.PublicKey);
        var byKey = new BundleVerifier(null, BundleSigner.OwnerOf(SignatureKey.FromSubjectPublicKeyInfo(signer.PublicKey.SubjectPublicKeyInfo)));
        var byIdentity = new BundleVerifier(
            new SignatureVerifier(TrustedRoot.Parse(trustedRoot), SignatureDemands.All),
            BundleSigner.Named(new ExpectedIdentity(TextPattern.Exactly(Identity), TextPattern.Exactly(Issuer))));
        byte[] subject = Convert.FromHexString(StatementReader.Read(Bundle.Parse(keyless).Envelope.Payload).Subjects[0].Digest!.Find("sha256")!);
        byte[] signature = signer.Sign(statement);

        double keyedTime = Measure(() => Require(byKey.Verify(keyed, Is(artifact))), 4000);
        double keylessTime = Measure(() => Require(byIdentity.Verify(keyless, Is(subject))), 1000);
        double signTime = Measure(() => BundleWriter.Write(statement, signer.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, statement)), signer.PublicKey), 4000);
        double floor = Measure(() => signer.PublicKey.Verify(statement, signature), 4000);
        double root = Measure(() => TrustedRoot.Parse(trustedRoot), 200);
        var processes = MeasureProcesses(keyed, signer.PublicKey, artifact, subject);
        if (json)
        {
            string more = string.Concat(processes.Select(static figure => FormattableString.Invariant($",\"{figure.Name}\":{figure.Value:F2}")));
            Console.WriteLine(FormattableString.Invariant(
                $$"""{"us_keyed":{{keyedTime:F1}},"us_keyless":{{keylessTime:F1}},"us_sign_bundle":{{signTime:F1}},"us_ecdsa_p256_verify":{{floor:F1}},"us_trusted_root":{{root:F1}},"statement_bytes":{{statement.Length}},"keyless_bytes":{{keyless.Length}}{{more}}}"""));
            return;
        }

        Console.WriteLine(FormattableString.Invariant($"""
            verify one bundle, one thread, median of {Rounds} rounds

              by key, statement of {statement.Length} bytes   {keyedTime,8:F1} us
              by identity, all proofs            {keylessTime,8:F1} us
              sign and write the bundle          {signTime,8:F1} us     over a finished statement
              one ECDSA P-256 check              {floor,8:F1} us
              read the trusted root, once        {root,8:F1} us

            """));
        foreach (var figure in processes)
        {
            Console.WriteLine(FormattableString.Invariant($"  {figure.Sentence,-46} {figure.Value,8:0.##} {figure.Unit,-2}  {figure.Goal} {figure.Peer}").TrimEnd());
        }
    }

    private static List<Figure> MeasureProcesses(byte[] keyed, VerificationKey key, byte[] artifact, byte[] subject)
    {
        string root = Path.Combine(AppContext.BaseDirectory, "Verify", "trusted_root.json");
        string keyless = Path.Combine(AppContext.BaseDirectory, "Verify", "keyless.sigstore.json");
        string logged = Path.Combine(AppContext.BaseDirectory, "Verify", "keyed.sigstore.json");
        string loggedSubject = StatementReader.Read(Bundle.Parse(File.ReadAllBytes(logged)).Envelope.Payload).Subjects[0].Digest!.Find("sha256")!;
        string keylessSubject = Convert.ToHexStringLower(subject);
        string folder = Directory.CreateTempSubdirectory("provenance-bench-verify").FullName;
        try
        {
            string bundle = Path.Combine(folder, "keyed.sigstore.json");
            string pem = Path.Combine(folder, "key.pub");
            File.WriteAllBytes(bundle, keyed);
            File.WriteAllText(pem, key.ToPem());
            string[] who = ["--certificate-identity", Identity, "--certificate-oidc-issuer", Issuer, "--trusted-root", root];
            string[] trusted = ["--key", Path.Combine(AppContext.BaseDirectory, "Verify", "cosign.pub"), "--trusted-root", root];
            string[] cosign = ["verify-blob-attestation", "--digestAlg", "sha256", "--type", "slsaprovenance1"];
            string[] cosignKeyed = [.. cosign, "--bundle", logged, "--digest", loggedSubject, .. trusted];
            string[] cosignKeyless = [.. cosign, "--bundle", keyless, "--digest", keylessSubject, .. who];
            var processes = new ProcessMeasurement(Environment.GetEnvironmentVariable("COSIGN") is { Length: > 0 } peer ? peer : null);
            return
            [
                .. processes.Run(
                    "keyed",
                    "verify --key",
                    ["verify", bundle, "--key", pem],
                    [.. cosign, "--bundle", bundle, "--digest", Convert.ToHexStringLower(artifact), "--key", pem, "--insecure-ignore-tlog", "--trusted-root", root]),
                .. processes.Run("keyed_root", "verify --key --trusted-root", ["verify", $"sha256:{loggedSubject}", "--bundle", logged, .. trusted], cosignKeyed),
                .. processes.Run(
                    "bundle_keyed_root", "verify-bundle --key --trusted-root", ["verify-bundle", "--bundle", logged, .. trusted, $"sha256:{loggedSubject}"], cosignKeyed),
                .. processes.Run("named", "verify by identity", ["verify", $"sha256:{keylessSubject}", "--bundle", keyless, .. who], cosignKeyless),
                .. processes.Run(
                    "keyless",
                    "verify-bundle by identity, all proofs",
                    ["verify-bundle", "--bundle", keyless, .. who, $"sha256:{keylessSubject}"],
                    cosignKeyless),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Func<HashAlgorithmName, byte[]?> Is(byte[] sha256) => algorithm => algorithm == HashAlgorithmName.SHA256 ? sha256 : null;

    private static void Require(BundleVerdict verdict)
    {
        if (verdict.Failure is { } failure)
        {
            throw new InvalidOperationException($"The measured bundle does not verify: {failure.Code}: {failure.Message}");
        }
    }

    private static byte[] Statement(byte[] artifact) => Encoding.UTF8.GetBytes($$$"""
        {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":"{{{Convert.ToHexStringLower(artifact)}}}"}}],
        "predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"buildType":"https://example.com/build","externalParameters":{"text":"{{{new string('x', 3750)}}}"} },
        "runDetails":{"builder":{"id":"https://example.com/builder"} } } }
        """);

    private static double Measure(Action action, int count)
    {
        // Long enough for the runtime's second compilation, which runs on another thread and waits for a quiet moment.
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(2);)
        {
            action();
        }

        var times = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                action();
            }

            times[round] = Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
        }

        Array.Sort(times);
        return times[Rounds / 2];
    }
}

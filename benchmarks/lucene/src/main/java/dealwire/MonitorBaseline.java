package dealwire;

import java.io.IOException;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Matches every text against all phrases with Lucene Monitor and prints {"seconds", "hits", "load_seconds"}, of processor time. */
public final class MonitorBaseline {
  private static final String FIELD = "text";

  private MonitorBaseline() {}

  public static void main(String[] arguments) throws IOException {
    List<String> phrases = Files.readAllLines(Path.of(arguments[0]));
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    try (Analyzer analyzer = new StandardAnalyzer();
        Monitor monitor = new Monitor(analyzer, rarestTermFirst(analyzer, phrases))) {
      long begun = cpuNanos();
      List<MonitorQuery> batch = new ArrayList<>();
      for (int number = 0; number < phrases.size(); number++) {
        Query query = parse(analyzer, phrases.get(number));
        if (query != null) {
          batch.add(new MonitorQuery(Integer.toString(number), query));
        }
        if (batch.size() == 5000) {
          monitor.register(batch);
          batch.clear();
        }
      }
      monitor.register(batch);
      double loadSeconds = (cpuNanos() - begun) / 1e9;
      matchAll(monitor, texts); // the virtual machine compiles what is hot
      begun = cpuNanos();
      long hits = matchAll(monitor, texts);
      double seconds = (cpuNanos() - begun) / 1e9;
      System.out.printf("{\"seconds\": %f, \"hits\": %d, \"load_seconds\": %f}%n", seconds, hits, loadSeconds);
    }
  }

  /** Files each query under its rarest term, as dealwire does; the default prefers the longest. */
  private static Presearcher rarestTermFirst(Analyzer analyzer, List<String> phrases) throws IOException {
    Map<String, Integer> frequencies = new HashMap<>();
    for (String phrase : phrases) {
      for (Term term : termsOf(analyzer, phrase)) {
        frequencies.merge(term.text(), 1, Integer::sum);
      }
    }
    TermWeightor rarest = TermWeightor.termFreqWeightor(frequencies, 1, 0);
    return new TermFilteredPresearcher(rarest, List.of(), Set.of());
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long matchAll(Monitor monitor, List<String> texts) throws IOException {
    long hits = 0;
    for (String text : texts) {
      Document document = new Document();
      document.add(new TextField(FIELD, text, Field.Store.NO));
      hits += monitor.match(document, QueryMatch.SIMPLE_MATCHER).getMatchCount();
    }
    return hits;
  }

  private static List<Term> termsOf(Analyzer analyzer, String phrase) throws IOException {
    List<Term> terms = new ArrayList<>();
    try (TokenStream tokens = analyzer.tokenStream(FIELD, new StringReader(phrase))) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        terms.add(new Term(FIELD, term.toString()));
      }
      tokens.end();
    }
    return terms;
  }

  private static Query parse(Analyzer analyzer, String phrase) throws IOException {
    List<Term> terms = termsOf(analyzer, phrase);
    if (terms.isEmpty()) {
      return null;
    }
    if (terms.size() == 1) {
      return new TermQuery(terms.get(0));
    }
    PhraseQuery.Builder builder = new PhraseQuery.Builder();
    terms.forEach(builder::add);
    return builder.build();
  }
}

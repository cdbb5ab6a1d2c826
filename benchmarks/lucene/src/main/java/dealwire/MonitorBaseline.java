package dealwire;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.index.Term;

/** Matches every text against all phrases with Lucene Monitor and prints {"seconds", "hits", "load_seconds"}. */
public final class MonitorBaseline {
  private static final String FIELD = "text";

  private MonitorBaseline() {}

  public static void main(String[] arguments) throws IOException {
    List<String> phrases = Files.readAllLines(Path.of(arguments[0]));
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    try (Analyzer analyzer = new StandardAnalyzer();
        Monitor monitor = new Monitor(analyzer)) {
      long begun = System.nanoTime();
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
      double loadSeconds = (System.nanoTime() - begun) / 1e9;
      matchAll(monitor, texts); // the virtual machine compiles what is hot
      begun = System.nanoTime();
      long hits = matchAll(monitor, texts);
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf("{\"seconds\": %f, \"hits\": %d, \"load_seconds\": %f}%n", seconds, hits, loadSeconds);
    }
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

  private static Query parse(Analyzer analyzer, String phrase) throws IOException {
    List<Term> terms = new ArrayList<>();
    try (TokenStream tokens = analyzer.tokenStream(FIELD, new StringReader(phrase))) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        terms.add(new Term(FIELD, term.toString()));
      }
      tokens.end();
    }
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
